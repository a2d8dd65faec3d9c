# Comments, white space and identifiers.
f(1);# a comment may touch the text before it
f(2) # a comment may stand inside a statement
;
f( 3 ) ; f
(4);
#? f(x) => x=1 ; x=2 ; x=3 ; x=4
#? x = "#" => x="#"
#? x = 1 # to the end of the line => x=1
#? 	x	=	1	 => x=1
#? föö = 1 => föö=1
#? 变量 = "值" and y = 变量 => y="值", 变量="值"
#? _x = 1 => {}
#? _x = 1 and y = _x => y=1
#? _ = 1 and _ = 2 => {}
#? [_, _, z] = [1, 2, 3] => z=3
#? _x = 1 and _x = 2 => none
#? x? = 1 => x?=1
#? x?y = 1 => error parse
#? x? = 1 and y = x? => x?=1, y=1
#? a::b = 1 => a::b=1
#? a::b::c = 1 => a::b::c=1
#? a:: = 1 => error parse
#? a:b = 1 => error parse
#? x1 = 1 and x2 = x1 => x1=1, x2=1
#? X = 1 => X=1
#? iff = 1 and andy = 2 => andy=2, iff=1
#? True = 1 => True=1
---
# Lines may end in a carriage return and a line feed.
f(1);
# comment
f(2) if
 x = 1 and x = 1;
#? f(x) => x=1 ; x=2
---
# A carriage return alone does not end a comment. It is rejected.
f(1); # commentf(2);  ### "lexis.polar:\d+:16: "
---
# Text that does not look like what it is, is rejected: names of two scripts, invisible characters, marks of direction.
аllow(1); ### "lexis.polar:\d+:1: the name .* mixes Latin and Cyrillic letters"
g(1) if x​ = 1; ### "lexis.polar:\d+:10: "
h("ad‍min"); ### "lexis.polar:\d+:6: "
i(1); # ‮ ### "lexis.polar:\d+:9: "
---
# Names in one script are accepted, and so is text in any language.
правило(х) if х in ["пользователь", "کاربر می‌خواهد", "👩‍👧"]; # 👩‍👧
#? правило("пользователь") => {}
#? x = "می‌خواهد".length() => x=8
#? x = 1−1 => error parse
#? аb = 1 => error parse
---
# A form feed is not white space.
f(1); ### "lexis.polar:\d+:5: "
---
# Keywords are reserved as variables.
#? if = 1 => error parse
#? type = 1 => error parse
#? and = 1 => error parse
#? matches = 1 => error parse
#? mod = 1 => error parse
#? isa = 1 => error parse
#? new = 1 => error parse
#? x isa Integer => error parse
#? inf = 1 => none
#? true = false => none
---
# The words of blocks are not reserved.
f(actor, resource, on, roles) if actor = on and resource = roles;
#? f(1, 2, 1, 2) => {}
#? permissions = 1 and relations = 2 => permissions=1, relations=2
---
# Most keywords may be keys of dictionaries and attributes; operators that are
# words, and the literals, may not.
#? x = {if: 1, type: 2, new: 3} => x={if: 1, new: 3, type: 2}
#? x = {cut: 1, debug: 2, print: 3, in: 4, forall: 5, and: 6, or: 7, not: 8, matches: 9} => x={and: 6, cut: 1, debug: 2, forall: 5, in: 4, matches: 9, not: 8, or: 7, print: 3}
#? x = {mod: 1} => error parse
#? x = {rem: 1} => error parse
#? x = {isa: 1} => error parse
#? x = {true: 1} => error parse
#? x = {inf: 1} => error parse
#? x = {nan: 1} => error parse
#? x = {in: 1}.in => x=1
#? x = {type: 1}.type => x=1
#? x = {if: 1}.if => x=1
#? x = {a: 1}.mod => error parse
---
# Integers are signed, of 64 bits, and decimal.
#? x = 9223372036854775807 => x=9223372036854775807
#? x = 9223372036854775808 => error parse
#? x = -9223372036854775807 => x=-9223372036854775807
#? x = -9223372036854775808 => error parse
#? x = -9223372036854775807 - 1 => x=-9223372036854775808
#? x = 007 => x=7
#? x = +7 => x=7
#? x = - 7 => x=-7
#? x = 0x10 => error parse
#? x = 1_000 => error parse
#? x = 99999999999999999999999999 => error parse
---
# Floats have a point or an exponent.
#? x = 1.5 => x=1.5
#? x = 1. => x=1.0
#? x = .5 => error parse
#? x = 1e5 => x=100000.0
#? x = 1E5 => x=100000.0
#? x = 1e+5 => x=100000.0
#? x = 1e-2 => x=0.01
#? x = 1.e5 => x=100000.0
#? x = 1.5e3 => x=1500.0
#? x = -2.5 => x=-2.5
#? x = - 2.5 => x=-2.5
#? x = 1e5 + 3 => x=100003.0
#? x = 1e5+3 => error parse
#? x = 1e => error parse
#? x = 1e400 => x=inf
#? x = inf => x=inf
#? x = -inf => x=-inf
#? x = nan => x=nan
#? x = -0.0 => x=-0.0
#? 1e400 = inf => {}
---
# Strings: four escapes, and any other escaped character stands for itself.
#? x = "a\nb\tc\rd\0e" => x="a\nb\tc\rd\x00e"
#? x = "\z" => x="z"
#? x = "\u{41}\u{e9}\u{1F600}" => x="Aé😀"
#? x = "\\u{41}" => x="\\u{41}"
#? x = "a\u{200D}b".length() => x=3
#? "ad\u{200D}min" = "admin" => none
#? x = "\u0041" => error parse
#? x = "\u{}" => error parse
#? x = "\u{D800}" => error parse
#? x = "\u{110000}" => error parse
#? x = "\"\\" => x="\"\\"
#? x = "" => x=""
#? x = "héllo wörld 世界" => x="héllo wörld 世界"
#? x = 'a' => error parse
#? x = "a => error parse
#? x = "a" "b" => error parse
#? x = "a\ => error parse
---
# A backslash before a line's end adds the line's end to the string.
f("a\
b");
#? f(x) => x="a\nb"
---
# A string ends on its line.
f("a   ### `(?i)string|line|character|unterminated`
b");
---
# Characters that are not part of any token.
#? x = $ => error parse
#? x = 1 & y = 2 => error parse
#? x = 1 @ 2 => error parse
#? x % 2 = 1 => error parse
#? x ^ 2 = 1 => error parse
#? !x => error parse
#? x | y => error parse
#? x = 1 ? 2 => error parse
#? x = "ééééé" and y = $ => error parse
#? x = `a` => error parse
---
# A position counts runes, not bytes.
f("ééééé") if $; ### "lexis.polar:\d+:15: "
---
f(x) if x = 1 ? 2; ### "lexis.polar:\d+:15: "
