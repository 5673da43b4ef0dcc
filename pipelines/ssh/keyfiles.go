package ssh

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	xssh "golang.org/x/crypto/ssh"
)

// keyFile is a file of Options.KeyFiles: a private key, or a public one whose
// private one an agent has.
type keyFile struct {
	name string
	data []byte // nil when there is no such file
	err  error
	// public is known if the file or the one beside it, with .pub, says it.
	public xssh.PublicKey
	// isPublic: the file itself is a public key.
	isPublic bool
}

func (o Options) readKeyFiles() []keyFile {
	var files []keyFile
	for _, name := range o.KeyFiles {
		f := keyFile{name: name}
		f.data, f.err = os.ReadFile(name)
		if f.public = publicKeyOf(f.data); f.public != nil {
			f.isPublic = true
		} else if f.public = privateKeyOf(f.data); f.public == nil {
			beside, _ := os.ReadFile(name + ".pub") // it need not be there
			f.public = publicKeyOf(beside)
		}
		files = append(files, f)
	}
	return files
}

// publicKeyOf reads a public key; nil for anything else.
func publicKeyOf(data []byte) xssh.PublicKey {
	key, _, _, _, err := xssh.ParseAuthorizedKey(data)
	if err != nil {
		return nil
	}
	if certificate, ok := key.(*xssh.Certificate); ok {
		return certificate.Key
	}
	return key
}

// privateKeyOf is the public half of a private key that says it, encrypted or not.
func privateKeyOf(data []byte) xssh.PublicKey {
	signer, err := parseWhole(data)
	var encrypted *xssh.PassphraseMissingError
	switch {
	case err == nil:
		return signer.PublicKey()
	case errors.As(err, &encrypted):
		return encrypted.PublicKey
	}
	return nil
}

// addFile takes the key of a file, unless the agent has it.
func (k *keys) addFile(f keyFile) {
	var err error
	switch {
	case f.public != nil && k.has(f.public):
		return
	case errors.Is(f.err, fs.ErrNotExist) && f.public == nil:
		return
	case errors.Is(f.err, fs.ErrNotExist), f.isPublic:
		err = fmt.Errorf("of %s there is only the public key: its private one is neither in a file nor in the agent (ssh-add)", f.name)
	case f.err != nil:
		err = f.err
	default:
		err = k.add(f.data, f.name)
	}
	if err != nil {
		k.problems = append(k.problems, err.Error())
	}
}
