run lambda { |_environment|
  [200, { "Content-Type" => "text/plain" }, ["worker #{ENV.fetch("REUSEPORT_WORKER")} pid #{Process.pid}\n"]]
}
