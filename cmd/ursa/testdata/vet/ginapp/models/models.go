// Package models has the models.
package models

// A User writes posts.
type User struct{ Name string }

// A Post is a post.
type Post struct {
	Title  string
	Author *User
}
