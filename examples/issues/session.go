package main

// This file defines sessions: a signed cookie says which user has signed in.

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"strconv"
	"time"

	"gorm.io/gorm"

	gormauthz "github.com/ursa-authz/ursa/adapters/gorm"
	"github.com/ursa-authz/ursa/authz"
)

// cookieName is the name of the cookie, and sessionTime how long it is valid.
const (
	cookieName  = "session"
	sessionTime = 8 * time.Hour
)

// sessions signs cookies and checks them. The key is new each time the program starts.
type sessions struct{ key []byte }

func newSessions() sessions {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return sessions{key}
}

// sign returns the value of a cookie: the id of a user, when it ends, and their signature.
func (s sessions) sign(userID int64, ends time.Time) string {
	value := binary.BigEndian.AppendUint64(nil, uint64(userID))
	value = binary.BigEndian.AppendUint64(value, uint64(ends.Unix()))
	return base64.RawURLEncoding.EncodeToString(append(value, s.mac(value)...))
}

func (s sessions) mac(value []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write(value)
	return h.Sum(nil)
}

// userID returns the id of the user who sent a request.
func (s sessions) userID(r *http.Request) (int64, bool) {
	cookies := r.CookiesNamed(cookieName)
	if len(cookies) != 1 {
		return 0, false
	}
	signed, err := base64.RawURLEncoding.Strict().DecodeString(cookies[0].Value)
	if err != nil || len(signed) != 16+sha256.Size || !hmac.Equal(signed[16:], s.mac(signed[:16])) {
		return 0, false
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(signed[8:])), 0)
	return int64(binary.BigEndian.Uint64(signed)), time.Now().Before(ends)
}

// actor returns the user who sent a request, with the memberships of this moment, so that
// decisions need not fetch them.
func (a *app) actor(r *http.Request) (any, error) {
	id, ok := a.sessions.userID(r)
	if !ok {
		return nil, authz.ErrUnauthenticated
	}
	user := new(User)
	ctx := gormauthz.Unrestricted(r.Context(), "who sends the request?")
	err := a.db.WithContext(ctx).Preload("Memberships").First(user, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, authz.ErrUnauthenticated
	}
	return user, err
}

// me returns the user who sent a request that Middleware has let through.
func me(r *http.Request) *User {
	actor, _ := authz.ActorFrom(r.Context())
	return actor.(*User)
}

// showSignIn lists the people, because this example has no passwords.
func (a *app) showSignIn(w http.ResponseWriter, r *http.Request) error {
	ctx := gormauthz.Unrestricted(r.Context(), "who can sign in?")
	var people []User
	if err := a.db.WithContext(ctx).Order("id").Find(&people).Error; err != nil {
		return err
	}
	return show(w, http.StatusOK, "signin", page{Title: "Sign in", Data: people})
}

// signIn begins a session of the chosen user.
func (a *app) signIn(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PostFormValue("user"), 10, 64)
	if err != nil {
		return authz.ErrBadRequest
	}
	ends := time.Now().Add(sessionTime)
	setCookie(w, r, a.sessions.sign(id, ends), ends)
	return seeOther(w, r, "/issues")
}

// signOut ends the session in this browser.
func (a *app) signOut(w http.ResponseWriter, r *http.Request) error {
	setCookie(w, r, "", time.Unix(1, 0))
	return seeOther(w, r, "/sign-in")
}

func setCookie(w http.ResponseWriter, r *http.Request, value string, ends time.Time) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: value, Path: "/", Expires: ends,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}
