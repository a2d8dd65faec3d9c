// Package handlers has the controllers, which are methods of structs.
package handlers

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"ginapp/models"

	"github.com/ursa-authz/ursa/authz"
)

// A Store finds posts.
type Store interface {
	Find(ctx context.Context, title string) (*models.Post, error)
}

// A PostController is the controller of posts.
type PostController struct {
	store Store
	az    *authz.Authorizer
}

// Show shows a post.
func (pc *PostController) Show(c *gin.Context) {
	post := pc.load(c)
	if post == nil {
		return
	}
	c.JSON(http.StatusOK, gin.H{"post": post})
}

func (pc *PostController) load(c *gin.Context) *models.Post {
	post := &models.Post{Title: c.Param("title")}
	if err := pc.az.Authorize(c.Request.Context(), c.MustGet("user"), "read", post); err != nil {
		c.AbortWithStatus(http.StatusForbidden)
		return nil
	}
	return post
}

// Index may ask in the store: that is not known here.
func (pc *PostController) Index(c *gin.Context) {
	post, err := pc.store.Find(c, "all")
	if err != nil {
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	c.JSON(http.StatusOK, post)
}

// Count asks nothing.
func (pc *PostController) Count(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"n": 3}) }

// Update decodes a request.
func (pc *PostController) Update(c *gin.Context) {
	var in struct {
		Title string `json:"title" binding:"required"`
	}
	if err := c.ShouldBindJSON(&in); err != nil {
		c.AbortWithStatus(http.StatusBadRequest)
		return
	}
	var post models.Post
	if err := c.ShouldBindJSON(&post); err != nil { // want `decoded into Post, whose relation author`
		c.AbortWithStatus(http.StatusBadRequest)
		return
	}
	if err := pc.az.Authorize(c.Request.Context(), c.MustGet("user"), "update", &post); err != nil { // want `no policy knows the action "update"`
		c.AbortWithStatus(http.StatusForbidden)
		return
	}
	if pc.az.Authorize(c.Request.Context(), c.MustGet("user"), "edit", &post) != nil {
		c.AbortWithStatus(http.StatusForbidden)
	}
}
