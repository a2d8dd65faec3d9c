# Characters that a reader cannot see. The editor may show nothing on the lines below.

f(1);  ### `^5: hidden-character: the line separator U.000C is not allowed .end lines with a line feed.$`
g(1);  ### `^5: hidden-character: the line separator U.000B is not allowed .end lines with a line feed.$`
h( 1);  ### `^3: invalid-token-character: unexpected character U.00A0 .separate words with spaces, tabs and line feeds.$`
f(xy);  ### `^4: hidden-character: the control character U.0001 is not allowed .delete it; an editor may not show it.$`
f(‮x);  ### `^3: hidden-character: the character U.202E changes the order in which text is displayed .delete it; an editor may not show it.$`
f(a​b);  ### `^4: hidden-character: the invisible character U.200B is not allowed .delete it; an editor may not show it.$`
f(1) if x =　1;  ### `^12: invalid-token-character: unexpected character U.3000 .separate words with spaces, tabs and line feeds.$`
f();  ### `^3: hidden-character: the control character U.007F is not allowed .delete it; an editor may not show it.$`
f(﻿);  ### `^3: hidden-character: unexpected byte order mark .U.FEFF. .save the file as UTF-8 without a byte order mark.$`
f("‮ok"); # in a string  ### `^4: hidden-character: the character U.202E changes the order in which text is displayed .write .u.202E. if the string needs it.$`
f(1); # ⁦ in a comment  ### `^9: hidden-character: the character U.2066 changes the order in which text is displayed .delete it; an editor may not show it.$`
f(föö, 名前, "👩‍💻"); # letters are fine, and so is 👩‍💻 in a string and a comment
---
﻿f(1);  ### `^1: hidden-character: unexpected byte order mark .U.FEFF. .save the file as UTF-8 without a byte order mark.$`
g(1);
