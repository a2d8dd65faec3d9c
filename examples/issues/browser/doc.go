// Package browser walks through the example application in a real browser. It is a module of
// its own, so that programs that use Ursa do not require what drives a browser.
package browser
