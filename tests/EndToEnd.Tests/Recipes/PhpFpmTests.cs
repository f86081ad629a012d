namespace EndToEnd.Tests.Recipes;

public sealed class PhpFpmTests : RecipeTest
{
    private const int Begin = 1;
    private const int Parameters = 4;
    private const int Input = 5;

    /// <summary>A request for the pool's own page, as a web server sends it. The connection ends with the answer.</summary>
    private static byte[] Ping =>
    [
        .. Record(Begin, [0, 1, 0, 0, 0, 0, 0, 0]),
        .. Record(
            Parameters,
            [
                .. Parameter("REQUEST_METHOD", "GET"),
                .. Parameter("SCRIPT_NAME", "/ping"),
                .. Parameter("SCRIPT_FILENAME", "/ping"),
            ]),
        .. Record(Parameters, []),
        .. Record(Input, []),
    ];

    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync(
            "php-fpm", ("php-fpm8.2", "php8.2-fpm"),
            async client => Assert.Contains("\r\n\r\npong", await client.TcpAsync(9000, Ping), StringComparison.Ordinal));

    /// <summary>Version 1, type, request 1, length, no padding, reserved.</summary>
    private static byte[] Record(byte type, byte[] content) => [1, type, 0, 1, 0, (byte)content.Length, 0, 0, .. content];

    private static byte[] Parameter(string name, string value) =>
        [(byte)name.Length, (byte)value.Length, .. System.Text.Encoding.ASCII.GetBytes(name + value)];
}
