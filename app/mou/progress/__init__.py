"""What becomes of commitments after signing: reported by the party through its link, or on its behalf."""
