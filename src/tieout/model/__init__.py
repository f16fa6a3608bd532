"""The words of the domain as frozen, typed objects. Nothing in here reads or writes."""
