"""The one generator of values and bodies from schemas, for answers and exports."""
