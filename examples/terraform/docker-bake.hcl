# What is built: slipway and `docker buildx bake` both read it.
group "default" {
  targets = ["api", "admin"]
}

target "api" {
  context = "api"
  tags    = ["tracker-api:latest"]
}

target "admin" {
  context = "admin"
  tags    = ["tracker-admin:latest"]
}
