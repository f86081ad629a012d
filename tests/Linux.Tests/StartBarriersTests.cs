using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>The sentence for each errno of a start. No other test has these sentences.</summary>
public sealed class StartBarriersTests
{
    private const uint Program = 0x81ED; // a regular file, 0755
    private const uint Data = 0x81A4; // 0644
    private const uint Private = 0x81C0; // 0700
    private const uint Folder = 0x41ED;
    private const uint Fifo = 0x11ED;

    private static readonly Account WebUser = new("www-data", new Identity(33, 33, [33]), null, null);

    public static TheoryData<int, string, string?> OfExec => new()
    {
        { 2, "nothing", "no such file or directory" },
        { 2, "nothing, searched", "not found in PATH" },
        { 2, "no interpreter", "its interpreter /no/such does not exist" },
        { 2, "carriage return", "its #! line ends with a carriage return (a Windows line ending)" },
        { 2, "program", null },
        { 8, "program", "neither a program for this machine nor a script with a #! line" },
        { 13, "nothing", null },
        { 13, "directory", "it is a directory" },
        { 13, "fifo", "it is not a regular file" },
        { 13, "data", "it is not executable" },
        { 13, "private", "user www-data may not execute it" },
        { 13, "noexec", "it is on a file system mounted noexec" },
        { 13, "closed", "user www-data may not enter /root" },
        { 13, "program", null },
        { 7, "program", null },
    };

    [Theory]
    [MemberData(nameof(OfExec))]
    public void ToExec_Errno_IsTheBarrier(int errno, string found, string? barrier) =>
        Assert.Equal(
            barrier,
            StartBarriers.ToExec(new Errno(errno), File(found), found.EndsWith("searched", StringComparison.Ordinal), WebUser));

    [Theory]
    [InlineData(13, "/root", "user www-data may not enter /root")]
    [InlineData(13, null, "as user www-data")]
    [InlineData(2, null, null)]
    public void ToDirectory_Errno_IsTheBarrier(int errno, string? closed, string? barrier) =>
        Assert.Equal(barrier, StartBarriers.ToDirectory(new Errno(errno), closed, WebUser));

    [Theory]
    [InlineData(40, "it is a symbolic link, which is not followed")]
    [InlineData(2, "its directory does not exist")]
    [InlineData(6, "the FIFO has no reader")]
    [InlineData(13, "as user 1234")]
    [InlineData(28, null)]
    public void ToOutput_Errno_IsTheBarrier(int errno, string? barrier) =>
        Assert.Equal(
            barrier, StartBarriers.ToOutput(new Errno(errno), new Account(null, new Identity(1234, 1234, []), null, null)));

    private static ExecutedFile? File(string found) => found switch
    {
        "no interpreter" => Of(Program) with { MissingInterpreter = "/no/such" },
        "carriage return" => Of(Program) with { MissingInterpreter = "/bin/sh\r" },
        "program" => Of(Program),
        "directory" => Of(Folder),
        "fifo" => Of(Fifo),
        "data" => Of(Data),
        "private" => Of(Private),
        "noexec" => Of(Program) with { IsOnNoExec = true },
        "closed" => Of(Program) with { ClosedDirectory = "/root" },
        _ => null,
    };

    private static ExecutedFile Of(uint mode) =>
        new(new PathFacts(Uid: 0, Gid: 0, mode), ClosedDirectory: null, IsOnNoExec: false, MissingInterpreter: null);
}
