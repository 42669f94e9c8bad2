"""What people need to describe data: units to choose from, values to begin with, the document of all fields."""
