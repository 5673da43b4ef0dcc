package ssh

import (
	"encoding/binary"
	"io"
)

// The parts of SFTP's open request, draft-ietf-secsh-filexfer-02 6.3.
const (
	sftpOpen      = 3
	sftpCreate    = 0x08 // SSH_FXF_CREAT
	sftpExclusive = 0x20 // SSH_FXF_EXCL
	sftpModeGiven = 0x04 // SSH_FILEXFER_ATTR_PERMISSIONS
	sftpNewMode   = 0o600
)

// fileModes is the way to an sftp server. It asks for mode 0600 when a new file
// is opened: the library asks for none, and whoever opened the file before its
// mode is set could read what is written later.
type fileModes struct {
	io.WriteCloser
	rest int // bytes of the current request that are still to come
}

func newFileModes(to io.WriteCloser) *fileModes { return &fileModes{WriteCloser: to} }

// Write takes a request's start in one piece, as the library writes it.
func (f *fileModes) Write(p []byte) (int, error) {
	if f.rest > 0 || len(p) < 5 {
		f.rest -= min(f.rest, len(p))
		return f.WriteCloser.Write(p)
	}
	f.rest = 4 + int(binary.BigEndian.Uint32(p)) - len(p)
	changed := withMode(p)
	n, err := f.WriteCloser.Write(changed)
	return min(n, len(p)), err
}

// withMode is a request with the mode, if it is one that makes a new file.
func withMode(p []byte) []byte {
	// length, kind, id, path, flags, attributes (none: four zeros)
	const beforePath, afterPath = 4 + 1 + 4 + 4, 4 + 4
	if p[4] != sftpOpen || len(p) < beforePath+afterPath {
		return p
	}
	path := int(binary.BigEndian.Uint32(p[9:]))
	if len(p) != beforePath+path+afterPath {
		return p
	}
	flags := binary.BigEndian.Uint32(p[beforePath+path:])
	if flags&sftpCreate == 0 || flags&sftpExclusive == 0 {
		return p
	}
	changed := append([]byte{}, p[:len(p)-4]...)
	changed = binary.BigEndian.AppendUint32(changed, sftpModeGiven)
	changed = binary.BigEndian.AppendUint32(changed, sftpNewMode)
	binary.BigEndian.PutUint32(changed, uint32(len(changed)-4))
	return changed
}
