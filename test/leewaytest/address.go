package leewaytest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"sync"
)

var (
	placeholder = regexp.MustCompile(`\$\{leewaytest:(\w+)\}`)

	takenLock sync.Mutex
	taken     = map[int]bool{}
)

// FreeAddress is a loopback address that nobody listens on. Its port is below the range that systems give to outgoing
// connections, one of which might else take it before the collector does.
func FreeAddress() (string, error) {
	takenLock.Lock()
	defer takenLock.Unlock()
	for range 1000 {
		port := 12000 + rand.IntN(20000)
		if taken[port] {
			continue
		}
		address := fmt.Sprintf("127.0.0.1:%d", port)
		listener, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		if err := listener.Close(); err != nil {
			return "", err
		}
		taken[port] = true
		return address, nil
	}
	return "", fmt.Errorf("no free port found between 12000 and 32000 on 127.0.0.1")
}

// fillAddresses puts a free address in the place of each placeholder, the same one for the same name.
func fillAddresses(config string) (string, error) {
	addresses := map[string]string{}
	var failure error
	filled := placeholder.ReplaceAllStringFunc(config, func(match string) string {
		name := placeholder.FindStringSubmatch(match)[1]
		if addresses[name] == "" {
			address, err := FreeAddress()
			if err != nil {
				failure = err
			}
			addresses[name] = address
		}
		return addresses[name]
	})
	return filled, failure
}
