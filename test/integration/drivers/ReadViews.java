/*
 * Reads views through JDBC as a BI tool does, and prints what it saw as JSON.
 *
 *     java -cp postgresql.jar ReadViews.java URL USER SCHEMA...
 *
 * By schema: what getTables(TABLE, VIEW) lists, with its type and remarks; of
 * each its columns by getColumns, the classes that the result set announces, and
 * its rows, each value as its class and text, or null.
 */
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;

public class ReadViews {
    private static String quote(String text) {
        if (text == null)
            return "null";
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray())
            out.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        return out.append('"').toString();
    }

    private static String list(List<String> items) {
        return "[" + String.join(",", items) + "]";
    }

    /* An instant, so that no time zone is needed to compare it. */
    private static String value(Object value) {
        if (value == null)
            return "null";
        String text = value instanceof Timestamp ? ((Timestamp) value).toInstant().toString() : value.toString();
        return list(List.of(quote(value.getClass().getName()), quote(text)));
    }

    private static String columns(DatabaseMetaData about, String schema, String view) throws SQLException {
        List<String> out = new ArrayList<>();
        try (ResultSet column = about.getColumns(null, schema, view.replace("_", "\\_"), null)) {
            while (column.next())
                out.add(list(List.of(quote(column.getString("COLUMN_NAME")), quote(column.getString("TYPE_NAME")),
                    Integer.toString(column.getInt("DATA_TYPE")), quote(column.getString("IS_NULLABLE")),
                    quote(column.getString("REMARKS")))));
        }
        return list(out);
    }

    private static String rows(Connection connection, String schema, String view) throws SQLException {
        List<String> classes = new ArrayList<>();
        List<String> out = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM \"" + schema + "\".\"" + view + "\"")) {
            ResultSetMetaData about = row.getMetaData();
            for (int i = 1; i <= about.getColumnCount(); i++)
                classes.add(quote(about.getColumnClassName(i)));
            while (row.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= about.getColumnCount(); i++)
                    values.add(value(row.getObject(i)));
                out.add(list(values));
            }
        }
        return "\"classes\":" + list(classes) + ",\"rows\":" + list(out);
    }

    public static void main(String[] arguments) throws Exception {
        List<String> schemas = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], "")) {
            DatabaseMetaData about = connection.getMetaData();
            for (String schema : List.of(arguments).subList(2, arguments.length)) {
                List<String> views = new ArrayList<>();
                try (ResultSet table = about.getTables(null, schema, null, new String[] {"TABLE", "VIEW"})) {
                    while (table.next()) {
                        String name = table.getString("TABLE_NAME");
                        views.add(quote(name) + ":{\"type\":" + quote(table.getString("TABLE_TYPE"))
                            + ",\"remarks\":" + quote(table.getString("REMARKS"))
                            + ",\"columns\":" + columns(about, schema, name)
                            + "," + rows(connection, schema, name) + "}");
                    }
                }
                schemas.add(quote(schema) + ":{" + String.join(",", views) + "}");
            }
        }
        new PrintStream(System.out, true, "UTF-8").println("{" + String.join(",", schemas) + "}");
    }
}
