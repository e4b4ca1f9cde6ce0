package profile

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// ID is a short digest of the content: 16 hex digits of SHA-256. The moment of creation does not count, so that the same
// rows and options give the same ID. A profile that can't be written (see Validate) has the ID "".
func (p *Profile) ID() string {
	content := *p
	content.Created = time.Time{}
	text, err := content.compact()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
