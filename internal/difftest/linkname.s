// A package that declares a function without a body has to have assembly.
