"""What `./hue` does. It runs before anything is installed: the standard library only (but for wsgi.py)."""
