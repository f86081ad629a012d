# Not run by the tests of this project: Debian has no Nomad. `nomad job validate reuseportd.nomad.hcl` checks the form.
# N copies of a server in one task, on one port of the node.
job "web" {
  type = "service"

  update {
    max_parallel = 1
    health_check = "checks"
  }

  group "web" {
    count = 2

    network {
      mode = "host"
      port "http" { static = 8080 }
      port "reuseportd" { static = 9180 }
    }

    service {
      name     = "web"
      port     = "http"
      provider = "nomad"

      check {
        type     = "http"
        port     = "reuseportd"
        path     = "/readyz"
        interval = "2s"
        timeout  = "2s"
      }
    }

    task "reuseportd" {
      driver = "docker"
      # Longer than lb_grace, drain_timeout and stop_grace_period together. The client has to permit it by max_kill_timeout,
      # which is 30s by default.
      kill_timeout = "60s"
      kill_signal  = "SIGTERM"

      config {
        image           = "localhost/web:latest"
        network_mode    = "host"
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
        # The folder: Nomad replaces a changed file by another one, which a mount of the file alone would not show.
        volumes = ["local/reuseportd:/etc/reuseportd:ro"]

        mount {
          type   = "tmpfs"
          target = "/run/reuseportd"
        }
      }

      template {
        destination = "local/reuseportd/reuseportd.yaml"
        # The daemon reads the file again.
        change_mode   = "signal"
        change_signal = "SIGHUP"
        data          = <<-YAML
          listen: 0.0.0.0:9180
          # A stop of the task drains first.
          shutdown: { lb_grace: 5s }
          exit_on_failed: [web]
          services:
            web:
              command: [python3, -m, http.server, "8080"]
              workers: 4
              reuseport: { ports: [8080] }
              readiness: { type: http, timeout: 30s }
        YAML
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
