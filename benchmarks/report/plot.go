package main

// This file defines the plot of cost against the number of rules.

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"strings"
)

// The plot has one panel for each kind of rules, side by side, with the same
// logarithmic axes. Lengths are in pixels.
const (
	panelWidth  = 250
	panelHeight = 300
	panelGap    = 46
	leftMargin  = 66
	topMargin   = 56
	lowMargin   = 60
	legendWidth = 120
)

// colours are those of the engines, which color-blind readers can distinguish too.
// Ursa's line is thicker.
var colours = map[string]string{
	"plain": "#7f7f7f", ours: "#d55e00", "cedar": "#0072b2", "cedar-build": "#56b4e9", "casbin": "#009e73",
	"opa": "#cc79a7", "opa-build": "#e6b0d0", "oso": "#000000", "oso-engine": "#999933",
}

// A scale maps a range of positive numbers to pixels.
type scale struct{ min, max, from, to float64 }

func (s scale) at(x float64) float64 {
	return s.from + (s.to-s.from)*(math.Log(x)-math.Log(s.min))/(math.Log(s.max)-math.Log(s.min))
}

// plot returns the plot as SVG.
func plot(res *results) []byte {
	kinds := res.values("Decision", "kind", "scenario=owner")
	sizes := res.values("Decision", "rules", "scenario=owner")
	engines := res.values("Decision", "engine", "scenario=owner")

	low, high := math.Inf(1), math.Inf(-1)
	for _, kind := range kinds {
		for _, n := range sizes {
			for _, e := range engines {
				if x, ok := ruleSize(res, kind, n, e).median(seconds); ok {
					low, high = min(low, x), max(high, x)
				}
			}
		}
	}
	width := leftMargin + len(kinds)*(panelWidth+panelGap) + legendWidth
	height := topMargin + panelHeight + lowMargin
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, "<title>Time per decision by number of rules</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height)
	if math.IsInf(low, 0) {
		text(&b, leftMargin, topMargin, "start", "#000000", "not measured")
		b.WriteString("</svg>\n")
		return b.Bytes()
	}

	y := scale{math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high)+1e-9)), topMargin + panelHeight, topMargin}
	text(&b, leftMargin, 20, "start", "#000000", "Time per decision, by the number of rules; one rule applies")
	for i, kind := range kinds {
		left := float64(leftMargin + i*(panelWidth+panelGap))
		x := scale{number(sizes[0]), math.Max(number(sizes[len(sizes)-1]), 2*number(sizes[0])), left, left + panelWidth}
		text(&b, left+panelWidth/2, topMargin-12, "middle", "#000000", "the rules differ by "+kind)
		for t := y.min; t <= y.max*1.001; t *= 10 {
			line(&b, x.from, y.at(t), x.to, y.at(t))
			if i == 0 {
				text(&b, left-6, y.at(t)+4, "end", "#444444", powers.Replace(duration(t)))
			}
		}
		for _, n := range sizes {
			line(&b, x.at(number(n)), y.from, x.at(number(n)), y.to)
			text(&b, x.at(number(n)), y.from+18, "middle", "#444444", count(n))
		}
		text(&b, left+panelWidth/2, y.from+40, "middle", "#000000", "rules")
		for _, e := range engines {
			var points []string
			for _, n := range sizes {
				if t, ok := ruleSize(res, kind, n, e).median(seconds); ok {
					points = append(points, fmt.Sprintf("%.1f,%.1f", x.at(number(n)), y.at(t)))
				}
			}
			fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%s"/>`+"\n", strings.Join(points, " "), colour(e), thickness(e))
		}
	}
	for i, e := range engines {
		left := float64(leftMargin + len(kinds)*(panelWidth+panelGap))
		top := float64(topMargin + 10 + 20*i)
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%s"/>`+"\n", left, top, left+24, top, colour(e), thickness(e))
		text(&b, left+32, top+4, "start", "#000000", e)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// powers removes the decimal zeros from powers of ten.
var powers = strings.NewReplacer(".00", "", ".0", "")

func colour(engine string) string {
	if c := colours[engine]; c != "" {
		return c
	}
	return "#000000"
}

func thickness(engine string) string {
	if engine == ours {
		return "3"
	}
	return "1.5"
}

func text(b *bytes.Buffer, x, y float64, anchor, colour, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, colour, html.EscapeString(s))
}

// line draws a line of the grid.
func line(b *bytes.Buffer, x1, y1, x2, y2 float64) {
	fmt.Fprintf(b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#dddddd"/>`+"\n", x1, y1, x2, y2)
}
