"""Why a micro-credential looks as it does, and what became of something: steps and the ties between them."""
