package embedded_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// slowUpload begins an upload whose body takes that long, and reports when it
// has started.
func slowUpload(address string, takes time.Duration, started chan<- struct{}) error {
	base := "http://" + address
	resp, err := http.Post(base+"/v2/shop/api/blobs/uploads/", "", nil)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	reader, writer := io.Pipe()
	go func() {
		_, _ = io.WriteString(writer, strings.Repeat("x", 100))
		time.Sleep(takes / 4) // until the server has the first part
		close(started)
		time.Sleep(takes) // the upload is slow
		_, _ = io.WriteString(writer, strings.Repeat("x", 100))
		_ = writer.Close()
	}()
	req, err := http.NewRequest(http.MethodPatch, base+resp.Header.Get("Location"), reader)
	if err != nil {
		return err
	}
	resp, err = http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
