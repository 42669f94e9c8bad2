"""How search engines, feed readers and machine learning find datasets without being told of the portal."""
