"""What the model pages draw: every figure is a table first, and a chart made of it in the browser."""
