using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed class ErlangTests : DaemonTest
{
    [Fact]
    public async Task GenTcp_FourCopies_AllServe()
    {
        var erl = Programs.Require("erl", "erlang-base");
        var code = $$"""
            {ok, Address} = inet:parse_address("{{Address}}"),
            {ok, Listener} = gen_tcp:listen({{Port}}, [{ip, Address}, {active, false}]),
            Serve = fun Again() ->
                {ok, Client} = gen_tcp:accept(Listener),
                gen_tcp:send(Client, [os:getenv("REUSEPORT_WORKER"), " in ", os:getpid()]),
                gen_tcp:close(Client),
                Again()
            end,
            Serve().
            """;
        // Each runtime has one scheduler, as four runtimes start at the same time.
        Daemon.Configure($$"""
            services:
              web:
                command: [{{erl}}, +S, "1:1", -noinput, -noshell, -eval, '{{code.Replace("{", "{{").ReplaceLineEndings(" ")}}']
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        var expected = Copies.Numbers.Select(number => $"{number} in {Daemon.PidOf($"web@{number}")}").ToArray();
        await Copies.AllAnswerAsync(expected, () => Ask.TcpAsync(Address, Port));
    }
}
