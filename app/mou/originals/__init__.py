"""What was signed outside the portal: kept byte for byte, with what is claimed of it and what somebody found."""
