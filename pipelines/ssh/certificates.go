package ssh

import (
	"bytes"
	"fmt"
	"os"
	"slices"

	xssh "golang.org/x/crypto/ssh"
)

// namedCertificate is a user's certificate and where it is from.
type namedCertificate struct {
	file        string
	certificate *xssh.Certificate
}

// certificates are those that are configured, and those beside the key files. What
// can't be read is left out: the keys are tried without it.
func (o Options) certificates() []namedCertificate {
	files := slices.Clone(o.CertificateFiles)
	for _, file := range o.KeyFiles {
		files = append(files, file+"-cert.pub")
	}
	var found []namedCertificate
	for _, file := range files {
		data, _ := os.ReadFile(file)
		key, _, _, _, err := xssh.ParseAuthorizedKey(data)
		if certificate, ok := key.(*xssh.Certificate); err == nil && ok && certificate.CertType == xssh.UserCert {
			found = append(found, namedCertificate{file, certificate})
		}
	}
	return found
}

// certify puts, before the keys, those that have a certificate with it.
func (k *keys) certify(certificates []namedCertificate) {
	var signers []xssh.Signer
	var names []string
	for _, c := range certificates {
		for _, s := range k.signers {
			if k.has(c.certificate) || !bytes.Equal(s.PublicKey().Marshal(), c.certificate.Key.Marshal()) {
				continue
			}
			certified, err := xssh.NewCertSigner(c.certificate, s)
			if err != nil { // it is the key's
				continue
			}
			signers = append(signers, certified)
			names = append(names, fmt.Sprintf("%s %s (%s)", c.certificate.Type(), xssh.FingerprintSHA256(c.certificate.Key), c.file))
			break
		}
	}
	k.signers, k.names = append(signers, k.signers...), append(names, k.names...)
}
