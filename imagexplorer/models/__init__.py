"""Qt item models. No widgets."""
