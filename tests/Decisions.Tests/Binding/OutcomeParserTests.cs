using System.Text;
using CsCheck;
using Decisions.Tests.Observability;
using Reuseportd.Binding;
using Reuseportd.Model;

namespace Decisions.Tests.Binding;

public sealed class OutcomeParserTests
{
    private static readonly SocketOutcome Socket = new(
        FileDescriptor: 3, Inode: 81234, "inet", "stream", "127.0.0.1", Port: 8080, Matched: true,
        OptionSetting.Set, OptionSetting.System, Device: null, Backlog: null);

    [Fact]
    public void TryParse_Loaded_GivesPidAndVersion() =>
        Assert.Equal(new BindOutcome(OutcomeKind.Loaded, 4242, null, "ok", "1.0.0"), Parse(OutcomeCorpus.Loaded));

    [Fact]
    public void TryParse_Lost_GivesPidAndNumber()
    {
        var outcome = Parse(OutcomeCorpus.Lost);
        Assert.Equal(new BindOutcome(OutcomeKind.Lost, 4242, null, "", "") { LostLines = 3 }, outcome);
        Assert.False(outcome!.Succeeded);
    }

    [Theory]
    [InlineData("lines=3", "lines=0")]
    [InlineData("lines=3", "lines=-3")]
    [InlineData("lines=3", "lines=")]
    [InlineData(" lines=3", "")]
    [InlineData("pid=4242", "pid=0")]
    [InlineData("pid=4242 ", "")]
    public void TryParse_MalformedLost_IsNoOutcome(string of, string by) =>
        Assert.Null(Parse(OutcomeCorpus.Lost.Replace(of, by)));

    [Fact]
    public void TryParse_Bind_GivesTheSocket() =>
        Assert.Equal(new BindOutcome(OutcomeKind.Bind, 4242, Socket, "ok", ""), Parse(OutcomeCorpus.Bind));

    [Fact]
    public void TryParse_Listen_GivesTheBacklogAndLeavesTheOptions() =>
        Assert.Equal(
            new BindOutcome(OutcomeKind.Listen, 4242, Socket with { ReusePort = OptionSetting.System, Backlog = 4096 }, "ok", ""),
            Parse(OutcomeCorpus.Listen));

    [Fact]
    public void TryParse_FailedBind_GivesTheErrno()
    {
        var outcome = Parse(OutcomeCorpus.Bind.Replace("result=ok", "result=EADDRINUSE"));
        Assert.Equal(new BindOutcome(OutcomeKind.Bind, 4242, Socket, "EADDRINUSE", ""), outcome);
        Assert.False(outcome!.Succeeded);
    }

    [Fact]
    public void TryParse_OtherFamilyTypeDeviceAndOptions_AreRead() =>
        Assert.Equal(
            new SocketOutcome(0, ulong.MaxValue, "inet6", "dgram", "fe80::1%2", 65535, false,
                OptionSetting.Clear, OptionSetting.Set, "eth0.1", null),
            Parse("libreuseport:bind:pid=1 fd=0 inode=18446744073709551615 family=inet6 type=dgram addr=fe80::1%2 port=65535 "
                  + "matched=0 reuseport=0 reuseaddr=1 device=eth0.1 result=ok")!.Socket);

    [Theory]
    [InlineData("libreuseport:SO_REUSEPORT:Protocol not available", "SO_REUSEPORT", "Protocol not available")]
    [InlineData("libreuseport:SO_BINDTODEVICE:Operation not permitted", "SO_BINDTODEVICE", "Operation not permitted")]
    [InlineData("libreuseport:LIBREUSEPORT_PORT:8O8O: not a port", "LIBREUSEPORT_PORT", "8O8O: not a port")]
    [InlineData("libreuseport:SO_REUSEPORT:ok", "SO_REUSEPORT", "ok")]
    public void TryParse_ErrorLine_GivesSubjectAndText(string line, string subject, string text)
    {
        var outcome = Parse(line);
        Assert.Equal(new BindOutcome(OutcomeKind.Error, 0, null, text, subject), outcome);
        Assert.False(outcome!.Succeeded);
    }

    [Theory]
    [InlineData("version=1.0.0", "version=1.0.0 commit=abc flavour=")]
    [InlineData("pid=4242", "since=now pid=4242")]
    public void TryParse_UnknownWord_IsSkipped(string of, string by) =>
        Assert.Equal(Parse(OutcomeCorpus.Loaded), Parse(OutcomeCorpus.Loaded.Replace(of, by)));

    [Theory]
    [InlineData("pid=4242", "pid=0")]
    [InlineData("pid=4242", "pid=-1")]
    [InlineData("pid=4242", "pid=+4242")]
    [InlineData("pid=4242", "pid=4294967296")]
    [InlineData("pid=4242", "pid=")]
    [InlineData("pid=4242", "pid")]
    [InlineData("pid=4242 ", "")]
    [InlineData("pid=4242", "pid=4242 pid=4242")]
    [InlineData("pid=4242 ", "pid=4242  ")]
    [InlineData("fd=3", "fd=-1")]
    [InlineData("fd=3", "fd=0x3")]
    [InlineData("inode=81234", "inode=-1")]
    [InlineData("inode=81234", "inode=18446744073709551616")]
    [InlineData("family=inet", "family=unix")]
    [InlineData("family=inet", "family=inet6")]
    [InlineData("type=stream", "type=")]
    [InlineData("type=stream", "type=STREAM")]
    [InlineData("addr=127.0.0.1", "addr=")]
    [InlineData("addr=127.0.0.1", "addr=127.1")]
    [InlineData("addr=127.0.0.1", "addr=0177.0.0.1")]
    [InlineData("addr=127.0.0.1", "addr=::1")]
    [InlineData("addr=127.0.0.1", "addr=localhost")]
    [InlineData("port=8080", "port=65536")]
    [InlineData("port=8080", "port=-1")]
    [InlineData("port=8080", "port=8080 port=8081")]
    [InlineData("port=8080 ", "")]
    [InlineData("matched=1", "matched=2")]
    [InlineData("matched=1", "matched=yes")]
    [InlineData("reuseport=1", "reuseport=2")]
    [InlineData("reuseport=1", "reuseport=-2")]
    [InlineData("reuseaddr=-1", "reuseaddr=")]
    [InlineData("device=-", "device=")]
    [InlineData("device=- ", "")]
    [InlineData("result=ok", "result=")]
    [InlineData("result=ok", "result=OK")]
    [InlineData("result=ok", "result=Eaddrinuse")]
    [InlineData("result=ok", "result=ok\r")]
    [InlineData(" result=ok", "")]
    [InlineData("libreuseport:", "xlibreuseport:")]
    [InlineData("bind:", "connect:")]
    [InlineData("bind:", "Bind:")]
    [InlineData("bind:", "bind:bind:")]
    public void TryParse_MalformedBind_IsNoOutcome(string of, string by) =>
        Assert.Null(Parse(OutcomeCorpus.Bind.Replace(of, by)));

    [Theory]
    [InlineData("backlog=4096", "backlog=lots")]
    [InlineData("backlog=4096 ", "")]
    public void TryParse_MalformedListen_IsNoOutcome(string of, string by) =>
        Assert.Null(Parse(OutcomeCorpus.Listen.Replace(of, by)));

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("libreuseport")]
    [InlineData("libreuseport:")]
    [InlineData("libreuseport::text")]
    [InlineData("libreuseport:SO_REUSEPORT:")]
    [InlineData("libreuseport:SO_REUSEPORT")]
    [InlineData("libreuseport:so_reuseport:text")]
    [InlineData("libreuseport:1SO:text")]
    [InlineData(" libreuseport:SO_REUSEPORT:text")]
    public void TryParse_OwnLine_IsNoOutcome(string line) => Assert.Null(Parse(line));

    [Theory]
    [InlineData("12")]
    [InlineData("ENOTSUP")]
    public void TryParse_AnyErrno_IsTheResult(string result) =>
        Assert.Equal(result, Parse(OutcomeCorpus.Bind.Replace("result=ok", "result=" + result))!.Result);

    [Fact]
    public void TryFind_OutcomeBehindUnfinishedText_IsFound()
    {
        var line = Encoding.UTF8.GetBytes("Starting... " + OutcomeCorpus.Bind);
        Assert.True(OutcomeParser.TryFind(line, out var own, out var outcome));
        Assert.Equal(12, own);
        Assert.Equal(Parse(OutcomeCorpus.Bind), outcome);
    }

    [Fact]
    public void TryFind_QuotedOutcome_IsNoOutcome() =>
        Assert.False(OutcomeParser.TryFind(Encoding.UTF8.GetBytes($"saw \"{OutcomeCorpus.Bind}\""), out _, out _));

    [Fact]
    public void TryParse_OwnLine_AllocatesNothing()
    {
        var lines = OutcomeCorpus.Lines.Where(line => !OutcomeParser.TryFind(line, out _, out _)).ToArray();
        Assert.Equal(0, Allocations.Of(() =>
        {
            foreach (var line in lines) OutcomeParser.TryFind(line, out _, out _);
        }));
    }

    [Fact]
    public void TryParse_RandomAndMutatedLines_NeverThrowsAndStaysInRange()
    {
        var kept = Gen.OneOf([.. OutcomeCorpus.Lines]);
        var noise = Gen.Byte.Array[0, 600];
        var mutated = Gen.Select(kept, Gen.Select(Gen.Int[0, 600], Gen.Byte, Gen.Int[0, 3]).Array[0, 8], Mutate);
        var spliced = Gen.Select(kept, kept, Gen.Int[0, 600], Gen.Int[0, 600], (left, right, from, to) =>
            (byte[])[.. left.AsSpan(0, Math.Min(from, left.Length)), .. right.AsSpan(Math.Min(to, right.Length))]);
        Gen.OneOf(noise, mutated, spliced).Sample(line =>
        {
            if (!OutcomeParser.TryFind(line, out var own, out var outcome)) return;
            Assert.InRange(own, 0, line.Length);
            if (outcome.Kind == OutcomeKind.Error)
            {
                Assert.Null(outcome.Socket);
                return;
            }

            Assert.True(outcome.Pid > 0);
            if (outcome.Kind is OutcomeKind.Loaded or OutcomeKind.Lost) return;
            Assert.InRange(outcome.Socket!.Port, 0, 65535);
            Assert.True(outcome.Socket.FileDescriptor >= 0);
        }, iter: Iterations.Times(20_000));
    }

    private static byte[] Mutate(byte[] line, (int At, byte Value, int How)[] changes)
    {
        var bytes = line.ToList();
        foreach (var (at, value, how) in changes)
        {
            var index = bytes.Count == 0 ? 0 : at % bytes.Count;
            if (how == 0 || bytes.Count == 0) bytes.Insert(index, value);
            else if (how == 1) bytes.RemoveAt(index);
            else if (how == 2) bytes[index] = value;
            else bytes[index] ^= (byte)(1 << (value & 7));
        }

        return [.. bytes];
    }

    private static BindOutcome? Parse(string line) =>
        OutcomeParser.TryParse(Encoding.UTF8.GetBytes(line), out var outcome) ? outcome : null;
}
