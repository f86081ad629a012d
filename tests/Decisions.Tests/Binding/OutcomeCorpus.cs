using System.Text;

namespace Decisions.Tests.Binding;

/// <summary>Lines from which mutations start: the complete forms, and forms that a parser may misread.</summary>
internal static class OutcomeCorpus
{
    public const string Loaded = "libreuseport:loaded:pid=4242 version=1.0.0";

    public const string Lost = "libreuseport:lost:pid=4242 lines=3";

    public const string Bind =
        "libreuseport:bind:pid=4242 fd=3 inode=81234 family=inet type=stream addr=127.0.0.1 port=8080 "
        + "matched=1 reuseport=1 reuseaddr=-1 device=- result=ok";

    public const string Listen =
        "libreuseport:listen:pid=4242 fd=3 inode=81234 family=inet type=stream addr=127.0.0.1 port=8080 "
        + "matched=1 backlog=4096 result=ok";

    public static readonly IReadOnlyList<byte[]> Lines =
    [
        .. new[]
        {
            Loaded,
            Lost,
            Bind,
            Listen,
            Bind.Replace("result=ok", "result=EADDRINUSE"),
            Bind.Replace("family=inet", "family=inet6").Replace("127.0.0.1", "::ffff:127.0.0.1")
                .Replace("device=-", "device=eth0"),
            Listen.Replace("backlog=4096", "backlog=-1"),
            "libreuseport:SO_REUSEPORT:Protocol not available",
            "libreuseport:LIBREUSEPORT_PORT:8O8O: not a port",
            "libreuseport:",
            "libreuseport::",
            "libreuseport:bind:",
            "libreuseport:bind: ",
            "libreuseport:bind:=",
            "libreuseport:loaded:pid= version=",
            "libreuseport:loaded:pid=99999999999999999999 version=1",
            "Starting... " + Bind,
            Bind + "\r",
            Bind + Bind,
            "\"" + Bind + "\"",
            "",
            " ",
        }.Select(Encoding.UTF8.GetBytes),
        [0],
        [0xFF, 0xFE, 0xFD],
        [.. "libreuseport:SO_REUSEPORT:"u8, 0xFF],
        [.. "libreuseport:"u8, 0, .. ":x"u8],
    ];
}
