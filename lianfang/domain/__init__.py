"""The rules of the field as functions of values (规则): no Django, no clock, no input or output."""
