"""What may be true and yet seldom is: values unlike all others, parts that do not fit, layers a little off."""
