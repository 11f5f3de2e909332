//! From a changed file to the functions that changed in it.
