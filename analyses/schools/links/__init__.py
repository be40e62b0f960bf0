"""What a bridge or a paved stretch is worth to pupils."""
