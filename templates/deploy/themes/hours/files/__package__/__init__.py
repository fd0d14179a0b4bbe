"""Opening hours: is it open, and until when."""
