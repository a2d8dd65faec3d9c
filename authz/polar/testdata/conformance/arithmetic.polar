# Addition, subtraction, multiplication.
#? x = 1 + 2 => x=3
#? x = 1 - 2 => x=-1
#? x = 2 * 3 => x=6
#? x = 1.5 + 1.5 => x=3.0
#? x = 1 + 0.5 => x=1.5
#? x = 0.5 * 2 => x=1.0
#? x = 1.0 - 1 => x=0.0
#? 3 = 1 + 2 => {}
#? 3 == 1 + 2 => {}
#? 1 + 2 = 2 + 1 => {}
#? x = [1 + 1, {a: 2 * 2}] => x=[2, {a: 4}]
---
# Division always gives a float, and division by zero is not an error.
#? x = 4 / 2 => x=2.0
#? x = 1 / 2 => x=0.5
#? x = 7.5 / 2.5 => x=3.0
#? x = 1 / 0 => x=inf
#? x = -1 / 0 => x=-inf
#? x = 0 / 0 => x=nan
#? 4 / 2 = 2 => {}
#? x = -9223372036854775807 - 1 and y = x / -1 => x=-9223372036854775808, y=9.223372036854776e+18
---
# mod has the sign of the divisor, rem the sign of the dividend.
#? x = 7 mod 3 => x=1
#? x = -7 mod 3 => x=2
#? x = 7 mod -3 => x=-2
#? x = -7 mod -3 => x=-1
#? x = 6 mod 3 => x=0
#? x = 7 rem 3 => x=1
#? x = -7 rem 3 => x=-1
#? x = 7 rem -3 => x=1
#? x = -7 rem -3 => x=-1
#? x = 7.5 mod 2 => x=1.5
#? x = -7.5 mod 2 => x=0.5
#? x = 7.5 mod -2 => x=-0.5
#? x = -7.5 rem 2 => x=-1.5
#? x = 7.5 rem -2 => x=1.5
---
# Integer overflow, and integer mod and rem by zero, are errors; floats have inf and nan.
#? x = 1 mod 0 => error arithmetic
#? x = 1 rem 0 => error arithmetic
#? x = 9223372036854775807 + 1 => error arithmetic
#? x = -9223372036854775807 - 2 => error arithmetic
#? x = 9223372036854775807 * 2 => error arithmetic
#? x = -9223372036854775807 - 1 and y = x * -1 => error arithmetic
#? x = -9223372036854775807 - 1 and y = 0 - x => error arithmetic
#? x = -9223372036854775807 - 1 and y = x rem -1 => error arithmetic
#? x = -9223372036854775807 - 1 and y = x mod -1 => error arithmetic
#? x = 4611686018427387904 * 2 => error arithmetic
#? x = 1.0 mod 0 => x=nan
#? x = 1.0 rem 0 => x=nan
#? x = 1.0 mod 0 and x > 0 => none
#? x = 1e308 * 10 => x=inf
#? not x = 1 mod 0 => error arithmetic
#? x = 1 mod 0 or x = 1 => error arithmetic
---
# Arithmetic is only for numbers; nil makes it fail.
#? x = "a" + "b" => error unsupported
#? x = "a" * 2 => error unsupported
#? x = [1] + [2] => error unsupported
#? x = {a: 1} + {b: 2} => error unsupported
#? x = true + 1 => error unsupported
#? x = alice + 1 => error unsupported
#? x = "a" - nan => error unsupported
#? x = 1 + nil => none
#? x = nil * nil => none
#? x = nil / 0 => none
#? x = nil mod 0 => none
#? not (x = nil + 1) => {}
---
# Errors in rules have the position of the expression.
f(x, y) if y = x mod 0;
#? f(1, y) => error arithmetic at "x mod 0"
#? 1 = 2 and f(1, _) => none
#? f(nil, _) => none
---
# In a rule's head, arithmetic is done after the body.
g(x + 1) if x = 1;
h(x, x + 1);
half(x, x / 2);
even(x) if 0 = x mod 2;
#? g(2) => {}
#? g(3) => none
#? g(x) => x=2
#? h(1, 2) => {}
#? h(1, 3) => none
#? h(1, x) => x=2
#? half(4, x) => x=2.0
#? even(4) => {}
#? even(3) => none
---
# Arithmetic on an unbound variable waits until it is bound.
f(x) if y = x + 1 and x = 2 and y > 2;
g(x) if x = 2;
#? y = x + 1 and x = 2 => x=2, y=3
#? x * 2 = 6 and x = 3 => x=3
#? x * 2 = 6 and x = 4 => none
#? y = x + z and x = 1 and z = 2 => x=1, y=3, z=2
#? y = x * x and x in [1, 2, 3] and y > 3 => x=2, y=4 ; x=3, y=9
#? z = x + 1 and y = z * 2 and x = 1 => x=1, y=4, z=2
#? y = x + 1 and x = "a" => error unsupported
#? y = x + 1 and x = nil => none
#? f(x) => x=2
#? y = x + 1 => error unbound
#? x + 1 = 2 => error unbound at "x + 1"
#? y = x + 1 and g(x) => x=2, y=3
---
# A recursion with a counter.
sum([], 0);
sum([x, *rest], n) if sum(rest, m) and n = m + x;
count(n, n);
count(i, n) if i < n and count(i + 1, n);
fact(0, 1);
fact(n, r) if n > 0 and fact(n - 1, s) and r = n * s;
#? sum([1, 2, 3], n) => n=6
#? sum([], n) => n=0
#? sum([1, 2.5], n) => n=3.5
#? count(0, 5) => {}
#? fact(10, x) => x=3628800
#? fact(20, x) => x=2432902008176640000
#? fact(21, x) => error arithmetic
