package notify

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/secrets"
)

// request is what a service got.
type request struct {
	Path, Type string
	Header     http.Header
	Body       string
}

// serve is a service that keeps what it gets, and answers with a status.
func serve(t *testing.T, status int) (address string, got func() []request) {
	t.Helper()
	requests := make(chan request, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- request{r.URL.Path, r.Header.Get("Content-Type"), r.Header, string(body)}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []request {
		var all []request
		for len(requests) > 0 {
			all = append(all, <-requests)
		}
		return all
	}
}

func channel(url string) []Channel {
	return []Channel{{Name: "env://HOOK", URL: secrets.NewValue(url)}}
}

var failed = Message{
	Event: config.NotifyRolledBack, Project: "shop", Environment: "prod", Tag: "7_abcdef0", Previous: "6_1234567", ReturnedTo: "6_1234567", By: "ana",
	RunURL: "https://ci.example.com/7", Commits: []string{"Say hello (#12)", "<!channel> @everyone \x1b[31mred"}, Count: 3,
	Reason: "service \"web\": it keeps crashing", Took: 12400 * time.Millisecond,
}

func TestWebhook(t *testing.T) {
	address, got := serve(t, http.StatusOK)
	if errs := Send(t.Context(), channel(address+"/hook/s3cr3t-token"), failed); len(errs) > 0 {
		t.Fatal(errs)
	}
	all := got()
	if len(all) != 1 || all[0].Path != "/hook/s3cr3t-token" {
		t.Fatalf("got %+v", all)
	}
	var said struct{ Title, Message string }
	if err := json.Unmarshal([]byte(all[0].Body), &said); err != nil {
		t.Fatalf("no JSON: %v: %s", err, all[0].Body)
	}
	want := "shop prod: 7_abcdef0 failed, 6_1234567 runs again"
	if said.Title != want || !strings.HasPrefix(said.Message, want) {
		t.Errorf("title %q, message %q", said.Title, said.Message)
	}
	for _, part := range []string{"it keeps crashing", "3 new since 6_1234567:", "- Say hello (#12)", "and 1 more", "by ana", "took 12s", "https://ci.example.com/7"} {
		if !strings.Contains(said.Message, part) {
			t.Errorf("the message lacks %q:\n%s", part, said.Message)
		}
	}
	for _, part := range []string{"<!channel>", "@everyone", "\x1b"} {
		if strings.Contains(said.Message, part) {
			t.Errorf("the message has %q, which a chat may take for more than text", part)
		}
	}
}

// Another service of the library's, at the wire.
func TestNtfy(t *testing.T) {
	address, got := serve(t, http.StatusOK)
	url := "ntfy://user:s3cr3t@" + strings.TrimPrefix(address, "http://") + "/deploys?scheme=http"
	if errs := Send(t.Context(), channel(url), failed); len(errs) > 0 {
		t.Fatal(errs)
	}
	all := got()
	if len(all) != 1 || all[0].Path != "/deploys" || !strings.Contains(all[0].Body+all[0].Header.Get("Title"), "7_abcdef0 failed") {
		t.Fatalf("got %+v", all)
	}
}

// A service that fails is named by its reference, and nothing of its URL is told.
func TestFailureHidesTheURL(t *testing.T) {
	refusing, _ := serve(t, http.StatusForbidden)
	host := strings.TrimPrefix(refusing, "http://")
	for name, url := range map[string]string{
		"a refusal":            refusing + "/hook/s3cr3t-token?key=s3cr3t-key",
		"nobody listens":       "http://127.0.0.1:1/hook/s3cr3t-token",
		"an unknown service":   "carrierpigeon://s3cr3t-token@example.com",
		"no URL":               "s3cr3t-token",
		"a malformed URL":      "http://s3cr3t-token:bad port/%zz",
		"a service, malformed": "slack://s3cr3t-token",
		"a password":           "ntfy://user:s3cr3t-token@" + host + "/deploys?scheme=http",
		"an escaped password":  "ntfy://user:s3cr3t-token%21%40@" + host + "/deploys?scheme=http",
	} {
		t.Run(name, func(t *testing.T) {
			errs := Send(t.Context(), channel(url), failed)
			if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), `notifying env://HOOK of "rolled-back": `) {
				t.Fatalf("got %v", errs)
			}
			for _, secret := range []string{"s3cr3t-token", "s3cr3t-key", "s3cr3t"} {
				if strings.Contains(errs[0].Error(), secret) {
					t.Errorf("the error tells of the URL: %v", errs[0])
				}
			}
		})
	}
}

func TestService(t *testing.T) {
	for raw, want := range map[string]string{
		"https://hooks.slack.com/services/T000/B000/XXXX": "slack://hook:T000-B000-XXXX@webhook",
		"https://discord.com/api/webhooks/123/tok":        "discord://tok@123",
		"https://example.com/hook":                        "generic+https://example.com/hook?template=json",
		"https://example.com/hook?template=none":          "generic+https://example.com/hook?template=none",
		"slack://hook:a-b-c@webhook":                      "slack://hook:a-b-c@webhook",
	} {
		if got := service(raw); got != want {
			t.Errorf("%s is %s, want %s", raw, got, want)
		}
	}
}

func TestTitles(t *testing.T) {
	m := Message{Project: "shop", Environment: "prod", Tag: "7_abcdef0", ReturnedTo: "6_1234567"}
	var got []string
	for _, e := range []config.NotifyEvent{config.NotifyStarted, config.NotifyDeployed, config.NotifyFailed, config.NotifyRolledBack, config.NotifyLocked} {
		m.Event = e
		got = append(got, m.Title())
	}
	m.Event, m.Asked = config.NotifyRolledBack, true
	got = append(got, m.Title())
	want := []string{"shop prod: deploying 7_abcdef0", "shop prod: 7_abcdef0 is live", "shop prod: deploying 7_abcdef0 failed", "shop prod: 7_abcdef0 failed, 6_1234567 runs again",
		"shop prod: 7_abcdef0 waits for the lock", "shop prod: rolled back to 7_abcdef0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
}
