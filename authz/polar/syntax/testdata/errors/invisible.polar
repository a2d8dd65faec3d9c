# Characters that a reader cannot see. The editor may show nothing on the lines below.

f(1);  ### `^5: invalid-token-character: unexpected character U.000C .separate words with spaces, tabs and line feeds.$`
g(1);  ### `^5: invalid-token-character: unexpected character U.000B .separate words with spaces, tabs and line feeds.$`
h( 1);  ### `^3: invalid-token-character: unexpected character U.00A0 .separate words with spaces, tabs and line feeds.$`
f(xy);  ### `^4: invalid-token-character: unexpected character U.0001 .delete it; an editor may not show it.$`
f(‮x);  ### `^3: invalid-token-character: unexpected character U.202E .delete it; an editor may not show it.$`
f(a​b);  ### `^4: invalid-token-character: unexpected character U.200B .delete it; an editor may not show it.$`
f(1) if x =　1;  ### `^12: invalid-token-character: unexpected character U.3000 .separate words with spaces, tabs and line feeds.$`
f();  ### `^3: invalid-token-character: unexpected character U.007F .delete it; an editor may not show it.$`
f(﻿);  ### `^3: invalid-token-character: unexpected byte order mark .U.FEFF. .save the file as UTF-8 without a byte order mark.$`
f("‮ok"); # in a string: a warning  ### `^3: bidirectional-text: the text holds characters that change the order in which it is displayed .delete them; an editor may not show them.$`
f(1); # ⁦ in a comment: a warning  ### `^7: bidirectional-text: the text holds characters that change the order in which it is displayed .delete them; an editor may not show them.$`
f(a‍b, 👩‍💻, föö, 名前); # joiners, emoji and letters are fine
---
﻿f(1);  ### `^1: invalid-token-character: unexpected byte order mark .U.FEFF. .save the file as UTF-8 without a byte order mark.$`
g(1);
