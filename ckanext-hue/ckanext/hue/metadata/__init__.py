"""What describing data needs: units to choose from, values to begin with, the document of all fields."""
