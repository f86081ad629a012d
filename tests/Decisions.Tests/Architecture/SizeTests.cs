namespace Decisions.Tests.Architecture;

/// <summary>
/// The sizes of files and methods, and the callbacks of Runtime. The lists name the exceptions with their reasons. A test fails
/// if an entry is no longer needed.
/// </summary>
public sealed class SizeTests
{
    private const int MostLines = 250;
    private const int MostMethodLines = 40;

    private static readonly Dictionary<(string File, string Word), string> LongFiles = [];

    /// <summary>A method whose body is one switch may be longer: such a body is a table.</summary>
    private static readonly Dictionary<(string File, string Word), string> LongMethods = [];

    private static readonly Dictionary<(string File, string Word), string> SettableCallbacks = [];

    [Fact]
    public void Source_EveryFile_HasAtMost250Lines() =>
        HouseTests.Hold(LongFiles, (_, source) => source.Count(c => c == '\n') > MostLines ? ["lines"] : [], Sources.All);

    [Fact]
    public void Source_EveryMethod_HasAtMost40LinesOrIsOneSwitch() => HouseTests.Hold(
        LongMethods, (path, source) => path.EndsWith(".cs", StringComparison.Ordinal) ? LongMembers(source) : [], Sources.All);

    [Fact]
    public void Runtime_Callbacks_AreNotSettable() => HouseTests.Hold(
        SettableCallbacks, (path, source) => House.FolderOf(path) == "Runtime" ? House.SettableCallbacks(source) : []);

    [Theory]
    [InlineData("public void A()\n{\n#\n}", 4, false)]
    [InlineData("[Fact]\npublic void A()\n{\n#\n}", 4, false)]
    [InlineData("private (int B, int C) A<T>(int d = 1) where T : class, new()\n{\n#\n}", 4, false)]
    [InlineData("public int A =>\n#;", 2, false)]
    [InlineData("public int A(int b) => b switch\n{\n1 => 2,\n};", 4, true)]
    [InlineData("public void A()\n{\nswitch (b)\n{\ncase 1: return;\n}\n}", 7, true)]
    [InlineData("public int A()\n{\nreturn b switch\n{\n1 => 2,\n};\n}", 7, true)]
    [InlineData("public void A()\n{\nswitch (b)\n{\ncase 1: return;\n}\n#;\n}", 8, false)]
    [InlineData("public void A()\n{\n#;\nswitch (b)\n{\ncase 1: return;\n}\n}", 8, false)]
    [InlineData("public int A(int b) => C(b switch\n{\n1 => 2,\n}, 3);", 4, false)]
    [InlineData("public int A { get; } = 1;", 1, false)]
    [InlineData("private readonly Func<int> A = () =>\n{\n#\n};", 4, false)]
    [InlineData("public static bool A(string b) => b == \"}\" ||\n'{' == b[0]; // }", 2, false)]
    [InlineData("private class B(int c) : D(c) { public void A()\n{\n#\n} }", 4, false)]
    public void Members_EachForm_HasItsLength(string member, int lines, bool isOneSwitch) => Assert.Equal(
        [new Members.Member("A", lines, isOneSwitch), new Members.Member("Last", 1, false)],
        Members.Of($"using A;\nnamespace N;\n\nclass T<U>(int x) where U : class\n{{\n{member}\nint Last() => 1;\n}}\n"));

    [Fact]
    public void Members_Operators_AreFound()
    {
        const string operators = "struct S { static S operator ==(S a, S b)\n{\n} static S operator <=(S a, S b) => a; }";
        Assert.Equal([3, 1], Members.Of(operators).Select(member => member.Lines));
    }

    [Theory]
    [InlineData("public Action? Ended { get; set; }")]
    [InlineData("public Action<int, List<string>> Ended { get; private set; } = _ => { };")]
    [InlineData("internal Func<int, bool> Ended { private get; set; }")]
    [InlineData("public event Action? Ended;")]
    [InlineData("internal Action Ended = () => { };")]
    public void SettableCallbacks_EachForm_IsFound(string source) => Assert.Equal(["Ended"], House.SettableCallbacks(source));

    [Theory]
    [InlineData("private readonly Action _ended;")]
    [InlineData("private Action? _ended;")]
    [InlineData("public Action? Begin { get; init; }")]
    [InlineData("public List<Action> Waiting { get; } = [];")]
    [InlineData("public StallAction Action { get; set; }")]
    [InlineData("// public Action? Ended { get; set; }")]
    [InlineData("private void Pass(Action act, Action? instead = null) { act(); }")]
    [InlineData("internal sealed record Ping(Action Answer) : Message;")]
    public void SettableCallbacks_InitOnlyOrPrivate_AreNotFound(string source) => Assert.Empty(House.SettableCallbacks(source));

    private static IEnumerable<string> LongMembers(string source) =>
        Members.Of(source).Where(member => member.Lines > MostMethodLines && !member.IsOneSwitch).Select(member => member.Name);
}
