package authz

// This file defines prefersJSON, which reads Accept headers (RFC 9110, 12.5.1).
//
// Clients that are not authenticated write these headers, up to a megabyte with the limits
// of net/http, and every refusal reads them. So prefersJSON reads them in one pass, up to a
// bound, and does not allocate. It does not read what follows the bound, and ignores what
// is malformed.

import "strings"

// maxAccept is how many bytes of Accept headers are read. Browsers send about
// 150.
const maxAccept = 4 << 10

// prefersJSON reports whether Accept headers prefer JSON to HTML. For each of the two, the
// most specific media range counts. The higher quality wins. If the qualities are equal,
// JSON wins if the headers name it and do not name HTML. It also returns how many bytes it
// has read.
func prefersJSON(accept []string) (json bool, read int) {
	var asJSON, asHTML preference
	for _, value := range accept {
		read++ // so that empty headers are bounded too
		if len(value) > maxAccept-read {
			value = value[:max(0, maxAccept-read)]
			// The last range may be cut off.
			value = value[:strings.LastIndexByte(value, ',')+1]
			read = maxAccept
		} else {
			read += len(value)
		}
		for value != "" {
			var media string
			var quality int
			media, quality, value = nextRange(value)
			if quality < 0 {
				continue
			}
			kind, subtype, _ := strings.Cut(media, "/")
			application, text := strings.EqualFold(kind, "application"), strings.EqualFold(kind, "text")
			switch {
			case application && strings.EqualFold(subtype, "problem+json"):
				asJSON.consider(4, quality)
			case application && strings.EqualFold(subtype, "json"), hasSuffixFold(subtype, "+json"):
				asJSON.consider(3, quality)
			case application && subtype == "*":
				asJSON.consider(2, quality)
			case text && strings.EqualFold(subtype, "html"):
				asHTML.consider(4, quality)
			case application && strings.EqualFold(subtype, "xhtml+xml"):
				asHTML.consider(3, quality)
			case text && subtype == "*":
				asHTML.consider(2, quality)
			case media == "*/*":
				asJSON.consider(1, quality)
				asHTML.consider(1, quality)
			}
		}
		if read >= maxAccept {
			break
		}
	}
	if asJSON.quality != asHTML.quality {
		return asJSON.quality > asHTML.quality, read
	}
	return asJSON.quality > 0 && min(asJSON.specific, 3) > min(asHTML.specific, 3), read
}

// A preference is what Accept headers say about one kind of page.
type preference struct {
	specific int
	quality  int // in thousandths
}

func (p *preference) consider(specific, quality int) {
	if specific > p.specific || specific == p.specific && quality > p.quality {
		p.specific, p.quality = specific, quality
	}
}

// nextRange returns the first media range of a list, its quality in thousandths, and what
// follows the comma after it. The quality of a malformed range is -1.
func nextRange(list string) (media string, quality int, rest string) {
	end := strings.IndexAny(list, ",;")
	if end < 0 {
		end = len(list)
	}
	media, quality, rest = trimSpace(list[:end]), 1000, list[end:]
	for rest != "" && rest[0] == ';' {
		var name, value string
		var ok bool
		if name, value, rest, ok = nextParam(rest[1:]); !ok {
			quality = -1
		}
		if strings.EqualFold(name, "q") && quality >= 0 {
			quality = parseQuality(value)
		}
	}
	if rest != "" {
		rest = rest[1:] // the comma
	}
	return media, quality, rest
}

// nextParam returns the first parameter of s and what follows it. The rest is empty or
// begins with a semicolon or a comma. A quoted value may contain both characters. Without a
// closing quote it is malformed.
func nextParam(s string) (name, value, rest string, ok bool) {
	end := strings.IndexAny(s, `,;"`)
	if end < 0 {
		end = len(s)
	}
	ok = true
	for end < len(s) && s[end] == '"' {
		end++
		for end < len(s) && s[end] != '"' {
			if s[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(s) {
			return "", "", "", false
		}
		end++
		if next := strings.IndexAny(s[end:], `,;"`); next >= 0 {
			end += next
		} else {
			end = len(s)
		}
	}
	name, value, _ = strings.Cut(s[:end], "=")
	return trimSpace(name), trimSpace(value), s[end:], ok
}

// parseQuality returns a quality in thousandths: "0" or "1", with up to three decimals. It
// returns -1 for anything else.
func parseQuality(s string) int {
	if s == "" || len(s) > len("0.000") || s[0] != '0' && s[0] != '1' || len(s) > 1 && s[1] != '.' {
		return -1
	}
	quality, unit := int(s[0]-'0')*1000, 100
	for i := 2; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		quality += int(s[i]-'0') * unit
		unit /= 10
	}
	if quality > 1000 {
		return -1
	}
	return quality
}

func trimSpace(s string) string { return strings.Trim(s, " \t") }

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}
