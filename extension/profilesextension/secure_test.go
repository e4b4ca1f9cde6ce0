package profilesextension

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/bearertokenauthextension"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configauth"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configtls"
	"go.opentelemetry.io/collector/extension/extensiontest"
)

// certificate writes a certificate for 127.0.0.1 and its key.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "profiles"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	folder := t.TempDir()
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	return certFile, keyFile
}

func bearer(t *testing.T, token string) component.Component {
	t.Helper()
	factory := bearertokenauthextension.NewFactory()
	config := factory.CreateDefaultConfig().(*bearertokenauthextension.Config)
	config.BearerToken = "secret"
	if token != "" {
		require.Equal(t, "wrong", token)
		config.BearerToken = "wrong"
	}
	made, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), config)
	require.NoError(t, err)
	require.NoError(t, made.Start(context.Background(), nil))
	t.Cleanup(func() { require.NoError(t, made.Shutdown(context.Background())) })
	return made
}

// A gateway and its agents talk over TLS and with a token: both by confighttp's own settings.
func TestServerAndSourceOverTLSWithAuth(t *testing.T) {
	certFile, keyFile := certificate(t)
	folder := t.TempDir()
	put(t, folder, "fraud.json", text(t, example("fraud", "", 10)))
	token := component.MustNewID("bearertokenauth")
	auth := configauth.Config{AuthenticatorID: token}

	gateway := newRig(t, func(c *Config) {
		c.Directory = folder
		server := c.Server.GetOrInsertDefault()
		server.NetAddr.Endpoint = "127.0.0.1:0"
		server.TLS = configoptional.Some(configtls.ServerConfig{Config: configtls.Config{CertFile: certFile, KeyFile: keyFile}})
		server.Auth = configoptional.Some(confighttp.AuthConfig{Config: auth})
	})
	assert.Equal(t, []component.ID{token}, gateway.Dependencies())
	gateway.start(host{token: bearer(t, "")})
	address := gateway.said("Serving profiles over HTTP")[0].ContextMap()["address"].(string)

	agent := func(secret string) *rig {
		r := newRig(t, func(c *Config) {
			source := c.Source.GetOrInsertDefault()
			source.Client.Endpoint = "https://" + address
			source.Client.TLS.CAFile = certFile
			source.Client.Auth = configoptional.Some(auth)
			source.PollInterval = time.Hour
		})
		assert.Equal(t, []component.ID{token}, r.Dependencies())
		return r.start(host{token: bearer(t, secret)})
	}
	good := agent("")
	require.Eventually(t, func() bool { return good.rows("fraud", "1") == 10 }, patience, pace)

	bad := agent("wrong")
	require.Eventually(t, func() bool { return len(bad.said("does not answer")) > 0 }, patience, pace)
	assert.Contains(t, bad.said("does not answer")[0].ContextMap()["error"], "401 Unauthorized")
	assert.Nil(t, bad.Profile("fraud", "1"))
}

func TestPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	r := newRig(t, func(c *Config) { c.Server.GetOrInsertDefault().NetAddr.Endpoint = taken.Addr().String() })
	require.ErrorContains(t, r.Start(context.Background(), host{}), `server: endpoint: "`+taken.Addr().String()+`" can't be listened on`)
}
