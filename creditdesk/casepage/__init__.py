"""What the sections of a case page show: each module turns stored rows into lines ready to be drawn."""
