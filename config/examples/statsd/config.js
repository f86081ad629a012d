{
  address: "127.0.0.1",
  port: 8125,
  mgmt_address: "127.0.0.1",
  mgmt_port: Number(process.env.MANAGEMENT_PORT),
  flushInterval: 10000,
  deleteIdleStats: true,
  backends: ["./backends/console"]
}
