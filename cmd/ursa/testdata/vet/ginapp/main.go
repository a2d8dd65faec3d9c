// Command ginapp is a program on gin: controllers in a package of their own, and routes in groups.
package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"ginapp/handlers"

	ginauthz "github.com/ursa-authz/ursa/adapters/gin"
	"github.com/ursa-authz/ursa/authz"
)

func main() {
	az, err := authz.New(authz.Config{Policies: authz.Files("policies/*.polar")})
	if err != nil {
		panic(err)
	}
	r := gin.Default()
	r.GET("/ping", func(c *gin.Context) { c.String(http.StatusOK, "pong") }) // before RequireDecision
	r.Use(ginauthz.Middleware(az), ginauthz.RequireDecision())
	posts := &handlers.PostController{}
	r.GET("/posts/:title", posts.Show)
	r.GET("/posts", posts.Index)
	r.GET("/count", posts.Count) // want `Count is under RequireDecision`
	r.GET("/counted", ginauthz.Skip("a number"), posts.Count)
	r.PUT("/posts/:title", posts.Update)
	r.GET("/version", func(c *gin.Context) { // want `this handler is under RequireDecision`
		c.String(http.StatusOK, "1")
	})
	r.GET("/later", lookup("later"))
	if err := r.Run(); err != nil {
		panic(err)
	}
}

var table map[string]gin.HandlerFunc

// lookup finds a handler when the program runs.
func lookup(name string) gin.HandlerFunc { return table[name] }
