package authz

// This file defines the ids of decisions: unique, unguessable, and made when somebody reads
// one.
//
// A random id costs as much as a decision, and few are read. So a decision gets a number
// from the runtime's generator, which costs a few nanoseconds. The id is the number encrypted
// with a key of the process. Copies of an Event and the error of the same decision have the
// same number, and so the same id.

import (
	"crypto/aes"
	"crypto/cipher"
	crand "crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"
)

// A decisionID identifies a decision. The zero decisionID identifies none.
type decisionID [2]uint64

func newID() decisionID { return decisionID{rand.Uint64() | 1, rand.Uint64()} }

// newIDAt is newID for a caller that knows the time, which saves half of the random numbers.
func newIDAt(now time.Duration) decisionID { return decisionID{rand.Uint64() | 1, uint64(now)} }

// idCipher encrypts the numbers of decisions.
var idCipher = sync.OnceValue(func() cipher.Block {
	key := make([]byte, 16)
	crand.Read(key) // never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a key of another size
	}
	return block
})

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// String returns the id: 26 letters and digits, or "" for the zero decisionID.
func (id decisionID) String() string {
	if id == (decisionID{}) {
		return ""
	}
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], id[0])
	binary.LittleEndian.PutUint64(b[8:], id[1])
	idCipher().Encrypt(b[:], b[:])
	return idEncoding.EncodeToString(b[:])
}
