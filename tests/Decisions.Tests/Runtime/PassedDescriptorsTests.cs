using Reuseportd.Hosting;

namespace Decisions.Tests.Runtime;

public sealed class PassedDescriptorsTests
{
    private const int Pid = 42;

    public static TheoryData<string?, string?, string?, string> Cases => new()
    {
        { "42", "2", "guard-7:state-7", "3=guard-7 4=state-7" },
        { "42", "1", "state-7", "3=state-7" },
        { "42", "2", "state-7:state-7", "3=state-7 4=state-7" },
        { "42", "1", "", "3=" },
        // Descriptors without a valid list of names must still be closed.
        { "42", "2", null, "3= 4=" },
        { "42", "2", "state-7", "3= 4=" },
        { "42", "1", "guard-7:state-7", "3=" },
        // The variables of another process: its descriptors may be others here.
        { "41", "1", "state-7", "" },
        { null, "1", "state-7", "" },
        { "", "1", "state-7", "" },
        { "42", null, "state-7", "" },
        { "42", "0", "", "" },
        { "42", "-1", "state-7", "" },
        { "42", "+1", "state-7", "" },
        { "42", "4097", null, "" },
        { "42", "99999999999", null, "" },
        { "042x", "1", null, "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_Variables_GivesNumbersAndNames(string? pid, string? count, string? names, string expected)
    {
        var passed = PassedDescriptors.Read(Pid, variable => variable switch
        {
            "LISTEN_PID" => pid,
            "LISTEN_FDS" => count,
            "LISTEN_FDNAMES" => names,
            _ => null,
        });

        Assert.Equal(expected, string.Join(' ', passed.Select(one => $"{one.Number}={one.Name}")));
    }
}
