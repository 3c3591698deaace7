"""The four tracks on which a micro-credential finds its way into use: independent, dated, proven milestones."""
