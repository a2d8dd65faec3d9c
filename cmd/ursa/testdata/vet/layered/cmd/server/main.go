// Command server wires the layers.
package main

import (
	"log"
	"net/http"

	"github.com/ursa-authz/ursa/adapters/nethttp"

	"layered/internal/web"
)

func routes(h web.Handlers) http.Handler {
	api := http.NewServeMux()
	api.HandleFunc("POST /close", h.Close)
	api.HandleFunc("POST /merge", h.Merge)
	api.HandleFunc("GET /tickets", h.List)
	api.HandleFunc("GET /version", h.Version) // want `Version is under RequireDecision`
	api.HandleFunc("POST /import", h.Import)
	return nethttp.RequireDecision(api)
}

func main() {
	log.Fatal(http.ListenAndServe(":8080", routes(web.Handlers{})))
}
