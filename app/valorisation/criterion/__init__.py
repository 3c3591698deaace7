"""By which rule a micro-credential counts as valorised: settled by the consortium, each rule from a day on."""
